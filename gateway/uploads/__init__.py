"""Parts of bulk jobs, sent over HTTP."""
