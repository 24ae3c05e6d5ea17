"""The servers under load: the same handlers, held to a document and not."""
