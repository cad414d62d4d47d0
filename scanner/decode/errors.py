"""What can be wrong with a picture or a clip, said so that a person can act on it.

Every class is a ``ReadError``; the command line and the HTTP edge show ``code``, the two sentences
and the two pieces of advice, and nothing of the decoder's own words.
"""

from typing import ClassVar

from waste_trace.errors import WasteTraceError


class ReadError(WasteTraceError):
    """A picture that cannot be read."""

    code: ClassVar[str] = "unreadable-picture"
    default_do_zh: ClassVar[str] = "请重新拍照，或另存为 JPEG、PNG 后再试。"
    default_do_en: ClassVar[str] = (
        "Take the photograph again, or save it as JPEG or PNG, and retry."
    )


class UnreadableFile(ReadError):
    """A path that does not open: absent, a folder, or not ours to read."""

    code: ClassVar[str] = "unreadable-file"
    default_do_zh: ClassVar[str] = "请核对路径和读取权限。"
    default_do_en: ClassVar[str] = "Check the path and the permission to read it."


class EmptyImage(ReadError):
    """No bytes at all."""

    code: ClassVar[str] = "empty-image"
    default_do_zh: ClassVar[str] = "文件没有内容，可能上传中断，请重新选择文件。"
    default_do_en: ClassVar[str] = (
        "The file holds nothing; the upload may have broken off. Choose it again."
    )


class UnknownFormat(ReadError):
    """Bytes whose beginning is that of no picture which we open."""

    code: ClassVar[str] = "unknown-image-format"
    default_do_zh: ClassVar[str] = "请使用 JPEG、PNG、WebP、BMP、TIFF 或 GIF 图片。"
    default_do_en: ClassVar[str] = "Use a JPEG, PNG, WebP, BMP, TIFF or GIF picture."


class BrokenImage(ReadError):
    """The beginning is right and the rest is not: truncated or damaged."""

    code: ClassVar[str] = "broken-image"


class HugeImage(ReadError):
    """More pixels than the limit; refused before any pixel is decoded."""

    code: ClassVar[str] = "huge-image"
    default_do_zh: ClassVar[str] = "请缩小图片，或只裁剪出标签部分后再试。"
    default_do_en: ClassVar[str] = "Reduce the picture, or crop it to the label, and retry."


class BrokenVideo(ReadError):
    """A clip whose decoder failed, crashed or did not answer in time (in its own process)."""

    code: ClassVar[str] = "broken-video"
    default_do_zh: ClassVar[str] = "请重新导出视频，或截取画面为 JPEG 后再试。"
    default_do_en: ClassVar[str] = (
        "Export the clip again, or save a frame of it as JPEG, and retry."
    )
