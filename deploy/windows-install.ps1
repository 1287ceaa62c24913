# Windows, without administrator: an entry in the start menu, and a task that starts the program when this user signs in.
# Use: powershell -ExecutionPolicy Bypass -File deploy\windows-install.ps1 [-Service] [-Remove]
# -Service needs an administrator: the task then starts with the machine, before anybody signs in.
param([switch]$Service, [switch]$Remove)
$ErrorActionPreference = "Stop"
$root = Split-Path -Parent $PSScriptRoot
$menu = Join-Path ([Environment]::GetFolderPath("Programs")) "Biaochi.lnk"
$name = "Biaochi"
if ($Remove) {
  Remove-Item -Force -ErrorAction SilentlyContinue $menu
  Unregister-ScheduledTask -TaskName $name -Confirm:$false -ErrorAction SilentlyContinue
  exit 0
}
$shell = New-Object -ComObject WScript.Shell
$link = $shell.CreateShortcut($menu)
$link.TargetPath = Join-Path $root "start.bat"
$link.WorkingDirectory = $root
$link.Description = "Biaochi"
$link.Save()
$python = Join-Path $root ".venv\Scripts\python.exe"
if (-not (Test-Path $python)) { & (Join-Path $root "start.bat") --setup }
$action = New-ScheduledTaskAction -Execute $python -Argument "start.py" -WorkingDirectory $root
$settings = New-ScheduledTaskSettingsSet -RestartCount 3 -RestartInterval (New-TimeSpan -Minutes 1) `
  -ExecutionTimeLimit ([TimeSpan]::Zero) -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
if ($Service) {
  $trigger = New-ScheduledTaskTrigger -AtStartup
  $who = New-ScheduledTaskPrincipal -UserId "NT AUTHORITY\LOCAL SERVICE" -LogonType ServiceAccount
} else {
  $trigger = New-ScheduledTaskTrigger -AtLogOn -User "$env:USERDOMAIN\$env:USERNAME"
  $who = New-ScheduledTaskPrincipal -UserId "$env:USERDOMAIN\$env:USERNAME" -LogonType Interactive
}
Register-ScheduledTask -Force -TaskName $name -Action $action -Trigger $trigger -Settings $settings -Principal $who | Out-Null
Write-Output "Biaochi is in the start menu."
