"""What an instance of the lab is given beside the files of `dialplans/`: values for their gaps, and prompts."""
