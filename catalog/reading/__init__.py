"""The public data of the entity, edited by people, and the small package that reads it."""
