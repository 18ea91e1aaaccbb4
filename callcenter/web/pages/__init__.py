"""The page that people work in, as it was built from `web/ui`, and who may make the first account."""
