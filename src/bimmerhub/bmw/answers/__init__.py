"""Reading what BMW's servers answer, as several families send it: JSON, XML, pictures. Pure."""
