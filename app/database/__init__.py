"""The one PostgreSQL: engine, session, the embedded server, claiming due rows."""
