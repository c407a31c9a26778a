"""What the desk does with the provider's deliveries, apart from the pages that show them."""
