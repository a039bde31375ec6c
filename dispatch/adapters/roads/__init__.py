"""Travel times kept true to the city: closures, the hour, and how the own fleet drives now."""
