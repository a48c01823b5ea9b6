from bowerbird.cli.main import main

main()
