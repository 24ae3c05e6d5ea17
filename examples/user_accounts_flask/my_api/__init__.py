"""The user account service."""
