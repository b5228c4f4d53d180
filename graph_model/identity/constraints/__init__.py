"""What a steward decided about source records: that they are one party, or never are."""
