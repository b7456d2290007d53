"""Who is acting: sessions, API tokens, and the actor every rule asks about."""
