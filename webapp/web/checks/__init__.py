"""What finance is to look at, and what Postpay's fees come to."""
