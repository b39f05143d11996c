"""The pages of Liandong: HTTP only. Everything it knows about cases comes through ``workflow_engine``'s public door."""
