"""Parts of the page of objections: the term, the register, rulings and corrections, and the letters."""
