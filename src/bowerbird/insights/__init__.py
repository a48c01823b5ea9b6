"""Questions to the stored events: parsed, compiled to SQL, asked of the warehouse, answered."""
