"""Where thought signatures and reasoning are kept between one request and the next."""
