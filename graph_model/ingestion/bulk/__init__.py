"""Files of any size, stored by a job: read, prepared and committed chunk by chunk."""
