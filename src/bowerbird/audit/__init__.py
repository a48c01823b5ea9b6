"""Where every accepted event is: all of them in a balance, one of them in a trace."""
