from oneaxis.loop.looking import refuse_to_run

refuse_to_run()
