"""How business objects find their person: by the combinations of identifiers that they carry."""
