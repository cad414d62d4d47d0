"""What can be wrong with who asks and how, before any rule of the domain is touched."""

from typing import ClassVar

from waste_trace.errors import WasteTraceError


class AccessError(WasteTraceError):
    """Who asks may not."""

    code: ClassVar[str] = "access-error"


class NotSignedIn(AccessError):
    """The page or call needs a session."""

    code: ClassVar[str] = "not-signed-in"
    default_do_zh = "请先登录。"
    default_do_en = "Sign in first."


class Forbidden(AccessError):
    """The role does not have the permission."""

    code: ClassVar[str] = "forbidden"
    default_do_zh = "请使用有相应权限的账号，或向管理员申请。"
    default_do_en = "Use an account that may, or ask the administrator."


class CrossSite(AccessError):
    """A page of another site tried to use this session."""

    code: ClassVar[str] = "cross-site"
    default_do_zh = "请从本系统页面操作。"
    default_do_en = "Act from this system's own pages."


class NotFound(AccessError):
    """Nothing there, or nothing that this person sees."""

    code: ClassVar[str] = "not-found"
    default_do_zh = "请核对编号；无权查看的记录也显示为不存在。"
    default_do_en = "Check the number; records that you may not see are shown as absent, too."


class BadParameters(AccessError):
    """Parameters are missing or malformed."""

    code: ClassVar[str] = "bad-parameters"
    default_do_zh = "请按所列字段更正。"
    default_do_en = "Correct the named fields."


class BodyTooLarge(AccessError):
    """The request is larger than this address takes."""

    code: ClassVar[str] = "body-too-large"
    default_do_zh = "请缩小图片，或把事件逐条提交；已收到的开头部分已留存。"
    default_do_en = "Make the picture smaller or send events one by one; the beginning was kept."
