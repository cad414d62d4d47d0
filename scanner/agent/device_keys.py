"""The device's private keys: one encrypted file for each key epoch, whole or not there at all."""

from pathlib import Path

from waste_trace.ledger.keys import Algorithm, SigningKey


class DeviceKeys:
    """Key files in a folder, encrypted with a passphrase."""

    def __init__(self, folder: Path, passphrase: str) -> None:
        self._folder = folder
        self._passphrase = passphrase

    def load(self, epoch: int, algorithm: Algorithm) -> SigningKey:
        """The key of an epoch, made with ``algorithm`` if there is none yet."""
        path = self._path(epoch)
        if not path.exists():
            # Whole or not at all: half a key would be a device that never starts again.
            half = self._folder / "device.new"
            half.touch(mode=0o600)
            half.write_bytes(SigningKey.generate(algorithm).to_pem(self._passphrase))
            half.replace(path)
        return SigningKey.from_pem(path.read_bytes(), self._passphrase)

    def forget_before(self, epoch: int) -> None:
        """Delete the keys of earlier epochs: they sign nothing any more."""
        for old in range(epoch):
            self._path(old).unlink(missing_ok=True)

    def _path(self, epoch: int) -> Path:
        return self._folder / (f"device-{epoch}.pem" if epoch else "device.pem")
