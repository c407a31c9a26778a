"""Finding orders by what a customer says on the phone, without keeping a word of it in clear."""
