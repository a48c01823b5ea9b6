"""Assembly: the only folder that knows which adapter runs. One module a process, so that none loads another's parts."""
