"""What tells where a caller is, each read at the edge: telephones, networks, pasted text, geocoders."""
