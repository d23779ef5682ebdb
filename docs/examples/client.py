"""The openai package, with the proxy instead of OpenAI."""

from openai import OpenAI

client = OpenAI(base_url="http://127.0.0.1:10001/v1", api_key="any")
stream = client.chat.completions.create(
    model="free/openai",
    messages=[{"role": "user", "content": "Hello!"}],
    stream=True,
)
for chunk in stream:
    print(chunk.choices[0].delta.content or "" if chunk.choices else "", end="")
