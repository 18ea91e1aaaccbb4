"""Lost calls: followed as facts, and counted as people leave them."""
