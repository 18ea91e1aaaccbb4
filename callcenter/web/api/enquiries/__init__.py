"""Enquiries of every channel but the phone, the systems that report them, and the files of cases and enquiries."""
