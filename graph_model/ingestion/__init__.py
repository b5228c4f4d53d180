"""The write path: requests coalesce into batches, and a batch is one transaction from record to event."""
