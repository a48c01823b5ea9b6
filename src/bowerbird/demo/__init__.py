"""A day of plausible traffic: made-up people, what they do, and how five vendors' clients would send it."""
