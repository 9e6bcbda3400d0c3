using Npgsql;

namespace TusUpload.Data;

/// <summary>Positional, typed parameters in the order of <c>$1</c>, <c>$2</c>, …</summary>
internal static class CommandParameters
{
    public static NpgsqlCommand With<T>(this NpgsqlCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }

    public static NpgsqlBatchCommand With<T>(this NpgsqlBatchCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }
}
