"""The way in: the OpenAI endpoints as a Klein resource. Importing this installs a reactor."""
