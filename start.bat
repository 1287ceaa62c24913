@echo off
rem Windows: sets everything up, loads the demonstration city into an empty store, serves the dashboard.
setlocal
chcp 65001 > nul
cd /d "%~dp0"
set PYTHONUTF8=1
if "%PORT%"=="" set PORT=8501

if exist .venv\Scripts\python.exe goto install
py -3.11 -m venv .venv || py -3 -m venv .venv || goto failed

:install
fc /b requirements.txt .venv\installed-run.txt > nul 2>&1 && goto load
.venv\Scripts\python -m pip install --quiet --disable-pip-version-check -r requirements.txt || goto failed
.venv\Scripts\python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . || goto failed
copy /y requirements.txt .venv\installed-run.txt > nul

:load
.venv\Scripts\python -c "import sys; from data.store.store import Store; from settings import load; sys.exit(not Store(load().store).is_empty())"
if errorlevel 1 goto serve
.venv\Scripts\biaochi demo || goto failed

:serve
.venv\Scripts\streamlit run app.py --server.port %PORT% --server.address 127.0.0.1 --server.headless false
goto end

:failed
echo.
echo 安装或启动没有成功，请把上面的文字发给技术人员。Set-up or start failed; send the text above to your technician.
pause
exit /b 1

:end
endlocal
