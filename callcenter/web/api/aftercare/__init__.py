"""What follows complaints, over the API: a file a resource."""
