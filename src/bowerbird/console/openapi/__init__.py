"""The OpenAPI document: the console's own routes, and the vendors' event endpoints."""
