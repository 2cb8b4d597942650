"""What tests of every area share: a database server, a browser, waiting for a condition."""
