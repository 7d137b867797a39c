@echo off
rem The same as the Makefile, for Windows: .\make run and .\make test. Set-up and start are in tools\make.py.
setlocal
set "HERE=%~dp0"
where py >nul 2>nul
if not errorlevel 1 (
  py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul
  if not errorlevel 1 (
    py -3 "%HERE%tools\make.py" %*
    goto done
  )
)
python -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul
if errorlevel 1 (
  echo Python 3.11 or newer is needed: install it from python.org and try again. 1>&2
  exit /b 1
)
python "%HERE%tools\make.py" %*
:done
exit /b %ERRORLEVEL%
