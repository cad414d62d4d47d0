"""``waste-trace demo``: the main job, headless, on a temporary data folder."""

import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

import migrations
from api.cli.output import FALSE, print_json, say
from api.demo.clock import StoryClock, first_morning
from api.demo.stage import Stage, serving
from api.demo.story import Step, Story, new_passwords
from api.http.app import create_app
from waste_trace.services.deployment import Deployment
from waste_trace.settings import Settings
from waste_trace.store.engine import open_engine


def show(step: Step) -> None:
    """A step as a line of progress."""
    say(f"{'✓' if step.proven else '✗'} {step.name:<18} {step.detail}")


def demo(
    as_json: Annotated[bool, typer.Option("--json", help="一个 JSON 结果 one JSON object")] = False,
    bundle: Annotated[Path | None, typer.Option(help="保留审计包 keep the audit bundle")] = None,
) -> None:
    """演示：一桶危废从产生到处置，逐步证明。 One drum from producer to disposal, proven."""
    if bundle is not None and bundle.exists() and any(bundle.iterdir()):
        say(f"✗ 文件夹 {bundle} 不为空。 The folder {bundle} is not empty.")
        raise typer.Exit(3)
    folder = Path(tempfile.mkdtemp(prefix="waste-trace-demo-"))
    try:
        result = play(folder, bundle)
    finally:
        shutil.rmtree(folder)
    if as_json:
        print_json(result)
    if not all(step["proven"] for step in result["steps"]):
        raise typer.Exit(FALSE)


def play(folder: Path, bundle: Path | None) -> dict[str, list[dict[str, object]]]:
    """Play the story in a folder; steps and figures, JSON-ready."""
    # No service of this machine is used, whatever the environment says.
    settings = Settings(data_dir=folder / "data", database_url="", broker_url="", blob_url="")
    engine = open_engine(settings.database)
    migrations.upgrade(engine)
    engine.dispose()
    clock = StoryClock(first_morning(datetime.now(UTC)))
    start = time.monotonic()
    deployment = Deployment.open(settings, clock.ms)
    try:
        with serving(create_app(deployment)) as url:
            stage = Stage(deployment, url, clock, folder, new_passwords())
            story = Story(stage, folder / "audit" / "bundle", folder / "audit" / "keys", show)
            story.play()
            figures = story.figures(time.monotonic() - start)
            stage.close()
        if bundle is not None and story.bundle.exists():
            shutil.copytree(story.bundle, bundle, dirs_exist_ok=True)
            say(f"审计包 audit bundle: {bundle}")
    finally:
        deployment.close()
    return {"steps": [step.as_value() for step in story.steps], "figures": figures}  # type: ignore[dict-item]
