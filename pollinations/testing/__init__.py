"""
For tests, yours and ours: an imitation of Pollinations, and a suite for each public interface.
"""
