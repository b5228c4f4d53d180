"""Identity resolution: which source records are one person, why, and who that person is."""
