"""A real RTSP server on 127.0.0.1 for the camera's tests: GStreamer's, run by the system's Python.

``python3 rtsp_server.py`` prints its port, serves a moving test picture at /cam until it is killed.
Exits with 5 where GStreamer or its RTSP server is not installed.
"""

import sys
from importlib import import_module


def main() -> int:
    """Serve until killed."""
    try:
        gi = import_module("gi")  # the system's, unknown to our own environment
        gi.require_version("Gst", "1.0")
        gi.require_version("GstRtspServer", "1.0")
        names = ("GLib", "Gst", "GstRtspServer")
        GLib, Gst, GstRtspServer = (import_module(f"gi.repository.{name}") for name in names)  # noqa: N806
    except (ImportError, ValueError):
        return 5
    Gst.init(None)
    needed = ("x264enc", "rtph264pay", "videotestsrc")
    if not all(Gst.ElementFactory.find(name) for name in needed):
        return 5
    server = GstRtspServer.RTSPServer.new()
    server.set_address("127.0.0.1")
    server.set_service("0")
    factory = GstRtspServer.RTSPMediaFactory.new()
    factory.set_launch(
        "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=10/1"
        " ! x264enc tune=zerolatency key-int-max=10 ! rtph264pay name=pay0 pt=96 )"
    )
    server.get_mount_points().add_factory("/cam", factory)
    server.attach(None)
    sys.stdout.write(f"{server.get_bound_port()}\n")
    sys.stdout.flush()
    GLib.MainLoop().run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
