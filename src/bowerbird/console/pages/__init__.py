"""The console's pages. Only `hosting` and what it imports know NiceGUI; it is loaded when somebody comes to look."""
