package models

import (
	"fmt"
	"syscall"
)

// remote names the file systems on which SQLite's locks and its shared memory
// cannot be relied on, by the number that the kernel gives them.
var remote = map[uint32]string{
	0x6969: "NFS", 0xff534d42: "CIFS", 0xfe534d42: "SMB", 0x517b: "SMB", 0x65735546: "FUSE", 0x01021997: "9P", 0x5346414f: "AFS", 0x6b414653: "AFS",
	0x73757245: "Coda", 0x564c: "NCP", 0x00c36400: "Ceph", 0x0bd00bd0: "Lustre", 0x19830326: "BeeGFS", 0x786f4256: "a folder shared by VirtualBox",
}

// localDisk refuses a folder that lies on another machine.
func localDisk(dir string) error {
	var found syscall.Statfs_t
	if err := syscall.Statfs(dir, &found); err != nil {
		return fmt.Errorf("folder %s: %w", dir, err)
	}
	if name := remote[uint32(found.Type)]; name != "" {
		return fmt.Errorf("folder %s lies on %s, where two programs can write to a database at once and spoil it: choose a folder on a disk of this machine", dir, name)
	}
	return nil
}
