"""Files of records, row by row: CSV, NDJSON and Parquet, plain or compressed, in bounded memory."""
