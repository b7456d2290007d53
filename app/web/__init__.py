"""What every page and route shares: layout, components, problems, paging, idempotency, translations."""
