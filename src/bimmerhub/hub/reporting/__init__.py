"""What a person sends when something is wrong: reports without anything that tells who or where they are."""
