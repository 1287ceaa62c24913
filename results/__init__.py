"""One module a question. Joins what the store holds with what the methods say; knows no screen."""
