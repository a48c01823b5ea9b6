"""Who is at the console: sign-in, the cookie, and what each role may do."""
