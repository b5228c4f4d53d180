"""The outbox: events written in the transaction that caused them, in one order that all can follow."""
