"""What tells where a caller is, each read at the edge: telephones, networks, pasted text, the link page, geocoders."""
