"""One engine for what must happen exactly once; each kind of it is declared where it belongs."""
