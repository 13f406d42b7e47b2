# SPDX-License-Identifier: GPL-2.0-or-later
# vimo.cmd - U-Boot script: start ViMo-S at EL2 with Linux as dom0, from the file system with this script's boot.scr.
#   mkimage -A arm64 -T script -d /usr/lib/vimo-s/vimo.cmd /boot/boot.scr
# /boot/vimo.env may set, a line each: vimo_args (ViMo-S), dom0_args (dom0's kernel), and the files vimo_image, dom0_kernel,
# dom0_initrd and vimo_fdt; without vimo_fdt, U-Boot's own device tree is used. The kernel must be an Image, not compressed.
test -n "${distro_bootpart}" || setenv distro_bootpart 1
setenv vimo_from "${devtype} ${devnum}:${distro_bootpart}"
setenv vimo_args ""
setenv dom0_args "root=LABEL=dom0 rw"
setenv vimo_image /usr/lib/vimo-s/vimo-s
setenv dom0_kernel /vmlinuz
setenv dom0_initrd /initrd.img
setenv vimo_fdt ""
if test -e ${vimo_from} /boot/vimo.env; then
	load ${vimo_from} ${ramdisk_addr_r} /boot/vimo.env
	env import -t ${ramdisk_addr_r} ${filesize}
fi

# The kernel has 128 MiB to its end in memory, which its header names; the initrd lies behind. setexpr writes no 0x.
setexpr vimo_kernel_addr ${ramdisk_addr_r} + 0
setexpr vimo_initrd_addr ${ramdisk_addr_r} + 0x8000000
load ${vimo_from} ${kernel_addr_r} ${vimo_image} || exit 1
load ${vimo_from} ${vimo_kernel_addr} ${dom0_kernel} || exit 1
setenv vimo_kernel_size 0x${filesize}
load ${vimo_from} ${vimo_initrd_addr} ${dom0_initrd} || exit 1
setenv vimo_initrd_size 0x${filesize}

if test -n "${fdt_addr_r}"; then setexpr vimo_fdt_addr ${fdt_addr_r} + 0; else setexpr vimo_fdt_addr ${vimo_initrd_addr} + 0x8000000; fi
if test -n "${vimo_fdt}"; then
	load ${vimo_from} ${vimo_fdt_addr} ${vimo_fdt} || exit 1
else
	fdt addr ${fdtcontroladdr}
	fdt header get vimo_fdt_size totalsize
	cp.b ${fdtcontroladdr} ${vimo_fdt_addr} ${vimo_fdt_size}
fi
fdt addr ${vimo_fdt_addr}
fdt resize 0x2000
fdt set /chosen \#address-cells <2>
fdt set /chosen \#size-cells <2>
setenv bootargs "${vimo_args}"
fdt set /chosen bootargs "${vimo_args}"
fdt mknod /chosen dom0-kernel
fdt set /chosen/dom0-kernel compatible "multiboot,kernel" "multiboot,module"
fdt set /chosen/dom0-kernel reg <0 0x${vimo_kernel_addr} 0 ${vimo_kernel_size}>
fdt set /chosen/dom0-kernel bootargs "${dom0_args}"
fdt mknod /chosen dom0-initrd
fdt set /chosen/dom0-initrd compatible "multiboot,ramdisk" "multiboot,module"
fdt set /chosen/dom0-initrd reg <0 0x${vimo_initrd_addr} 0 ${vimo_initrd_size}>
booti ${kernel_addr_r} - ${vimo_fdt_addr}
