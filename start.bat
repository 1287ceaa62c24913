@echo off
rem Windows: finds Python and leaves the rest to start.py. pushd also works from \\server\share, where cd does not.
setlocal
chcp 65001 > nul
set PYTHONUTF8=1
pushd "%~dp0"
if not %errorlevel%==0 goto failed

set PYTHON=py -3
%PYTHON% -c "" > nul 2>&1
if %errorlevel%==0 goto start
set PYTHON=python
%PYTHON% -c "" > nul 2>&1
if not %errorlevel%==0 goto missing

:start
%PYTHON% start.py %*
if not %errorlevel%==0 goto failed
popd
exit /b 0

:missing
echo 没有找到 Python。请安装 Python 3.11 或更新的版本后再启动。Python was not found. Install Python 3.11 or newer, then start again.
:failed
echo.
echo 没有启动成功。请把上面的文字发给技术人员。The start failed. Send the text above to your technician.
pause
exit /b 1
